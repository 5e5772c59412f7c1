use proptest::prelude::*;

use super::*;
use crate::io::diagnostic::Severity;

fn read_bytes(bytes: &[u8]) -> Result<Imported<Table>, UserError> {
    parse("t.csv", bytes, true, usize::MAX, &Progress::new())
}

fn read_text(text: &str) -> Imported<Table> {
    read_bytes(text.as_bytes()).expect("a readable table")
}

fn rows(table: &Table) -> Vec<Vec<&str>> {
    (0..table.len()).map(|row| (0..table.columns.len()).map(|column| table.cell(row, column)).collect()).collect()
}

fn words(imported: &Imported<Table>) -> Vec<String> {
    imported.diagnostics.iter().map(ToString::to_string).collect()
}

#[test]
fn header_rows_and_spreadsheet_row_numbers() {
    let read = read_text("id,name\n\n1,\"Two\nlines\"\n\n\n2,Bob\n3,Cy");
    let table = &read.value;
    assert_eq!(table.columns, ["id", "name"]);
    assert_eq!(rows(table), [["1", "Two\nlines"], ["2", "Bob"], ["3", "Cy"]]);
    assert_eq!((0..3).map(|row| table.row_number(row)).collect::<Vec<_>>(), [3, 6, 7]);
    assert_eq!(table.format.words(), "UTF-8, separated by commas, first row is the header");
    assert!(read.diagnostics.is_empty(), "{:?}", words(&read));
}

#[test]
fn line_ends_of_every_system() {
    for text in ["a,b\r\n1,2\r\n3,4\r\n", "a,b\r1,2\r3,4\r", "a,b\n1,2\n3,4"] {
        let read = read_text(text);
        assert_eq!(rows(&read.value), [["1", "2"], ["3", "4"]], "{text:?}");
        assert_eq!(read.value.row_number(1), 3, "{text:?}");
    }
}

#[test]
fn semicolons_windows_1252_and_decimal_commas() {
    let read =
        read_bytes(b"Kunde;Ort;Umsatz\r\nM\xFCller GmbH;K\xF6ln;1.234,50\r\nBr\xE4u;M\xFCnchen;7,5\r\n").unwrap();
    let table = &read.value;
    assert_eq!(table.cell(0, 0), "Müller GmbH");
    assert_eq!(table.format.source, Source::Text { delimiter: b';', encoding: "windows-1252" });
    assert_eq!(table.decimal_mark(2), numbers::DecimalMark::Comma);
}

#[test]
fn utf_16_with_and_without_its_mark() {
    let text = "id\tname\n1\tZoë\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    for bytes in [marked(&[0xFF, 0xFE], &little), marked(&[0xFE, 0xFF], &big), little, big] {
        let read = read_bytes(&bytes).unwrap();
        assert_eq!(rows(&read.value), [["1", "Zoë"]]);
        assert_eq!(read.value.format.delimiter(), Some(b'\t'));
    }
    let utf8_mark = read_bytes(b"\xEF\xBB\xBFid,n\n1,2\n").unwrap();
    assert_eq!(utf8_mark.value.columns, ["id", "n"]);
}

#[test]
fn every_delimiter_is_found_and_commas_inside_texts_do_not_mislead() {
    for delimiter in [",", ";", "\t", "|"] {
        let text = ["id,name,town", "1,\"A; B | C\",x", "2,D,y"].join("\n").replace(',', delimiter);
        assert_eq!(read_text(&text).value.columns, ["id", "name", "town"], "{delimiter:?}");
    }
    let read = read_text("sep=;\nid;place\n1;Paris, TX\n2;x\n");
    assert_eq!(rows(&read.value), [["1", "Paris, TX"], ["2", "x"]]);
    assert_eq!(read.value.row_number(0), 3);
    let one_column = read_text("zip\n43081\n43082\n");
    assert_eq!(rows(&one_column.value), [["43081"], ["43082"]]);
}

#[test]
fn rows_of_the_wrong_length_are_said_and_kept() {
    let read = read_text("a,b,c\n1,2\n1,2,3,4\n1,2,3,,\n,,\n5,6,7\n");
    assert_eq!(rows(&read.value), [["1", "2", ""], ["1", "2", "3"], ["1", "2", "3"], ["5", "6", "7"]]);
    assert_eq!(
        words(&read),
        [
            "t.csv, row 2: 2 fields where 3 are expected — the missing ones are taken as empty",
            "t.csv, row 3: 4 fields where 3 are expected — those beyond the header are left out; a text with the separator in it \
             needs quotation marks",
        ]
    );
}

#[test]
fn tables_without_a_header_and_with_years_as_names() {
    let bare = read_text("1,40.1,-83.0\n2,40.2,-83.1\n");
    assert_eq!(bare.value.columns, ["Column 1", "Column 2", "Column 3"]);
    assert_eq!((bare.value.len(), bare.value.row_number(0)), (2, 1));
    let years = read_text("region,2023,2024\nEast,10,12\nWest,11,14\n");
    assert_eq!(years.value.columns, ["region", "2023", "2024"]);
    let texts = read_text("unit,territory\n43081,East\n43082,West\n");
    assert_eq!(texts.value.columns, ["unit", "territory"]);
}

#[test]
fn names_of_columns_are_unique_and_never_empty() {
    let read = read_text("id,name,name,,\n1,a,b,c,\n");
    assert_eq!(read.value.columns, ["id", "name", "name (2)"]);
    assert_eq!(read.diagnostics[0].severity, Severity::Note);
    let read = read_text("id,,x\n1,a,b\n");
    assert_eq!(read.value.columns, ["id", "Column 2", "x"]);
}

#[test]
fn what_spreadsheets_wrap_around_codes_is_taken_away() {
    let read = read_text("id,note\n\"=\"\"00123\"\"\",'=SUM(A1)\n  7 ,'quoted'\n");
    assert_eq!(rows(&read.value), [["00123", "=SUM(A1)"], ["7", "'quoted'"]]);
}

#[test]
fn files_that_are_no_tables_are_refused_in_words() {
    let check = |bytes: &[u8], expected: &str| {
        let error = read_bytes(bytes).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    };
    check(b"PK\x03\x04rest", "ZIP archive");
    check(b"\xD0\xCF\x11\xE0rest", "old Office document");
    check(b"SQLite format 3\0rest", "database");
    check(&[0, 1, 2, 3, 255, 7, 0, 9].repeat(100), "not a text file");
    check(b"\n\n , ,\n", "blank lines");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.csv");
    std::fs::write(&path, b"").unwrap();
    assert_eq!(read(&path, &ReadOptions::default(), &Progress::new()).unwrap_err().why, "the file is empty");
    assert_eq!(read(folder.path(), &ReadOptions::default(), &Progress::new()).unwrap_err().why, "it is a folder");
    let missing = read(&folder.path().join("none.csv"), &ReadOptions::default(), &Progress::new()).unwrap_err();
    assert_eq!(missing.to_string().split(" (").next(), Some("Could not read none.csv: there is no such file"));
}

#[test]
fn stray_zero_bytes_are_said_and_left_out() {
    let text = format!("id,name\n1,A\0nn\n{}", "2,Bob\n".repeat(200));
    let read = read_text(&text);
    assert_eq!(read.value.cell(0, 1), "Ann");
    assert_eq!(words(&read), ["t.csv: 1 zero byte found in the text — they are left out"]);
}

#[test]
fn a_preview_is_the_start_of_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.csv");
    let lines: String = (0..200_000).map(|row| format!("{row},Zoë {row}\n")).collect();
    std::fs::write(&path, format!("id,name\n{lines}")).unwrap();
    let shown = preview(&path, &ReadOptions::default(), 20, &Progress::new()).unwrap();
    assert_eq!((shown.value.len(), shown.value.complete), (20, false));
    assert!(shown.diagnostics.is_empty());
    let all = read(&path, &ReadOptions::default(), &Progress::new()).unwrap();
    assert_eq!((all.value.len(), all.value.complete), (200_000, true));
    assert_eq!(all.value.cell(199_999, 1), "Zoë 199999");
}

#[test]
fn cancelling_ends_the_reading() {
    let progress = Progress::new();
    progress.cancel();
    assert!(parse("t.csv", b"a,b\n1,2\n", true, usize::MAX, &progress).is_err());
}

proptest! {
    #[test]
    fn no_bytes_whatever_make_it_fail(bytes in prop::collection::vec(any::<u8>(), 0..400), complete: bool) {
        let _ = parse("t.csv", &bytes, complete, 100, &Progress::new());
    }

    #[test]
    fn cells_come_back_as_they_were_written(cells in prop::collection::vec("[a-zA-Z0-9 ,;\"\\n|é]{0,12}", 6..30)) {
        let columns = 3;
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["alpha", "beta", "gamma"]).unwrap();
        let mut expected: Vec<Vec<String>> = Vec::new();
        for row in cells.chunks_exact(columns) {
            writer.write_record(row).unwrap();
            if row.iter().any(|cell| !cell.trim().is_empty()) {
                expected.push(row.iter().map(|cell| cell.trim().to_owned()).collect());
            }
        }
        let bytes = writer.into_inner().unwrap();
        let read = read_bytes(&bytes).unwrap();
        // A first row without a comma outside quotes may be taken apart otherwise; the header fixes it here.
        prop_assert_eq!(&read.value.columns, &["alpha", "beta", "gamma"]);
        let found: Vec<Vec<String>> =
            rows(&read.value).into_iter().map(|row| row.into_iter().map(str::to_owned).collect()).collect();
        prop_assert_eq!(found, expected);
    }
}

proptest! {
    /// What our own writer makes of any texts comes back, whatever separates them and however they are encoded; but for blanks around
    /// them, and rows without any.
    #[test]
    fn what_is_written_comes_back(
        rows in prop::collection::vec(prop::array::uniform2("[ -~äöüß€\n\t]{0,10}"), 1..12),
        delimiter in prop::sample::select(b",;\t|".to_vec()),
        encoding in prop::sample::select(vec!["UTF-8", "UTF-16LE", "windows-1252"]),
    ) {
        // A code in Excel's way, `="00123"`, is meant to be read without it.
        prop_assume!(rows.iter().flatten().all(|cell| !cell.contains("=\"")));
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(["id", "name"]).unwrap();
        for row in &rows {
            writer.write_record(row.each_ref().map(|cell| crate::io::export::harmless(cell))).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let bytes = match encoding {
            "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "windows-1252" => encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
            _ => text.into_bytes(),
        };
        let options = ReadOptions {
            delimiter: Some(delimiter),
            encoding: Some(encoding.into()),
            header_row: Some(1),
            ..ReadOptions::default()
        };
        let read = from_bytes("t.csv", bytes, &options, &Progress::new()).unwrap();
        let expected: Vec<Vec<&str>> = rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.trim()).collect())
            .filter(|row: &Vec<&str>| row.iter().any(|cell| !cell.is_empty()))
            .collect();
        let found = &read.value;
        let found: Vec<Vec<&str>> = (0..found.len()).map(|row| vec![found.cell(row, 0), found.cell(row, 1)]).collect();
        prop_assert_eq!(found, expected);
    }
}
