use std::io::Write as _;

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use crate::domain::progress::Progress;
use crate::error::UserError;
use crate::io::Imported;
use crate::io::options::ReadOptions;
use crate::io::table::{Source, Table, from_bytes};

fn read_with(bytes: Vec<u8>, options: &ReadOptions) -> Result<Imported<Table>, UserError> {
    from_bytes("t.xlsx", bytes, options, &Progress::new())
}

fn read(bytes: Vec<u8>) -> Imported<Table> {
    read_with(bytes, &ReadOptions::default()).expect("a readable workbook")
}

fn rows(table: &Table) -> Vec<Vec<&str>> {
    (0..table.len()).map(|row| (0..table.columns.len()).map(|column| table.cell(row, column)).collect()).collect()
}

fn said(imported: &Imported<Table>) -> Vec<String> {
    imported.diagnostics.iter().map(ToString::to_string).collect()
}

/// A workbook as a sales department would have it: a cover, and a sheet with a title above its header.
fn customers() -> Vec<u8> {
    let mut book = Workbook::new();
    let cover = book.add_worksheet().set_name("Read me").unwrap();
    cover.write(0, 0, "Customers of the year").unwrap();
    let sheet = book.add_worksheet().set_name("Kunden 2026").unwrap();
    sheet.merge_range(0, 0, 0, 6, "Customer list", &Format::new().set_bold()).unwrap();
    sheet.write(1, 0, "as of 31 December").unwrap();
    for (column, name) in ["Customer", "Name", "ZIP", "Revenue", "Since", "Active", "Share"].iter().enumerate() {
        sheet.write(3, column as u16, *name).unwrap();
    }
    let (zip, day) = (Format::new().set_num_format("00000"), Format::new().set_num_format("dd.mm.yyyy"));
    let percent = Format::new().set_num_format("0.0%");
    for (row, (id, name)) in [(1_234_567_890_123_i64, "Ale & Co"), (7, "Bräu")].iter().enumerate() {
        let row = row as u32 + 4;
        sheet.write(row, 0, *id as f64).unwrap();
        sheet.write(row, 1, *name).unwrap();
        sheet.write_with_format(row, 2, 2139, &zip).unwrap();
        sheet.write(row, 3, 1234.5).unwrap();
        sheet.write_with_format(row, 4, ExcelDateTime::from_ymd(2026, 12, 31).unwrap(), &day).unwrap();
        sheet.write(row, 5, row == 4).unwrap();
        sheet.write_with_format(row, 6, 0.125, &percent).unwrap();
    }
    sheet.write_formula(6, 3, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    sheet.write(6, 0, "0008").unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn cells_become_texts_without_loss() {
    let read = read(customers());
    let table = &read.value;
    assert_eq!(table.columns, ["Customer", "Name", "ZIP", "Revenue", "Since", "Active", "Share"]);
    assert_eq!(
        rows(table),
        [
            ["1234567890123", "Ale & Co", "02139", "1234.5", "2026-12-31", "TRUE", "12.5%"],
            ["7", "Bräu", "02139", "1234.5", "2026-12-31", "FALSE", "12.5%"],
            ["0008", "", "", "", "", "", ""],
        ]
    );
    assert_eq!((table.row_number(0), table.format.header_row), (5, 4));
    assert_eq!(table.format.words(), "Sheet \"Kunden 2026\", one of 2, row 4 is the header");
    assert_eq!(
        said(&read),
        [
            "t.xlsx: sheet \"Kunden 2026\" is read — the others are \"Read me\"",
            "t.xlsx, row 7, column \"Column 4\": the cell holds the error #DIV/0! — taken as empty",
            "t.xlsx: 2 rows above the table — left out; the table begins in row 4",
        ]
    );
}

#[test]
fn sheet_and_header_row_are_chosen() {
    let options = ReadOptions { part: Some("read ME".into()), header_row: Some(0), ..ReadOptions::default() };
    let cover = read_with(customers(), &options).unwrap().value;
    assert_eq!(
        (cover.columns.as_slice(), cover.cell(0, 0)),
        (["Column 1".to_owned()].as_slice(), "Customers of the year")
    );
    let options = ReadOptions { header_row: Some(5), ..ReadOptions::default() };
    assert_eq!(read_with(customers(), &options).unwrap().value.columns[0], "1234567890123");
    let options = ReadOptions { header_row: Some(3), ..ReadOptions::default() };
    let error = read_with(customers(), &options).unwrap_err().to_string();
    assert!(error.contains("Row 3 of t.xlsx is no header: it is blank"), "{error}");
    let options = ReadOptions { part: Some("Orders".into()), ..ReadOptions::default() };
    let error = read_with(customers(), &options).unwrap_err().to_string();
    assert!(error.contains("no sheet \"Orders\"") && error.contains("\"Kunden 2026\""), "{error}");
}

#[test]
fn a_lone_cell_in_the_last_corner_costs_nothing() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in [["id", "zip"], ["1", "43215"], ["2", "43216"]].iter().enumerate() {
        sheet.write(row as u32, 0, cells[0]).unwrap();
        sheet.write(row as u32, 1, cells[1]).unwrap();
    }
    sheet.write(1_048_575, 16_383, "x").unwrap();
    let read = read(book.save_to_buffer().unwrap());
    assert_eq!(rows(&read.value), [["1", "43215"], ["2", "43216"]]);
    assert_eq!(said(&read), ["t.xlsx: 1 cell to the right of the table — left out"]);
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn ods(table: &str) -> Vec<u8> {
    let content = format!(
        "<?xml version=\"1.0\"?><office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><office:body>\
         <office:spreadsheet>{table}</office:spreadsheet></office:body></office:document-content>"
    );
    zipped(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", b"<manifest/>"),
        ("content.xml", content.as_bytes()),
    ])
}

fn text(text: &str) -> String {
    format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
}

#[test]
fn open_document_sheets_are_read_with_their_repetitions() {
    let header =
        format!("<table:table-row>{}{}{}{}</table:table-row>", text("id"), text("zip"), text("since"), text("note"));
    let row = "<table:table-row table:number-rows-repeated=\"2\">\
        <table:table-cell office:value-type=\"float\" office:value=\"1234567890123\"><text:p>1.23E12</text:p></table:table-cell>\
        <table:table-cell office:value-type=\"float\" office:value=\"2139\"><text:p>02139</text:p></table:table-cell>\
        <table:table-cell office:value-type=\"date\" office:date-value=\"2026-12-31\"><text:p>31.12.26</text:p></table:table-cell>\
        <table:table-cell office:value-type=\"string\"><office:annotation><text:p>by me</text:p></office:annotation>\
        <text:p>Ale &amp; <text:span>Co</text:span></text:p><text:p>2</text:p></table:table-cell>\
        <table:table-cell table:number-columns-repeated=\"16380\"/></table:table-row>";
    let rest = "<table:table-row table:number-rows-repeated=\"1048573\"><table:table-cell/></table:table-row>";
    let read = read(ods(&format!("<table:table table:name=\"A\">{header}{row}{rest}</table:table>")));
    let expected = ["1234567890123", "02139", "2026-12-31", "Ale & Co\n2"];
    assert_eq!(rows(&read.value), [expected, expected]);
    assert_eq!(read.value.row_number(1), 3);
    let Source::Workbook { sheet, .. } = &read.value.format.source else { panic!("no workbook") };
    assert_eq!(sheet, "A");
}

#[test]
fn workbooks_made_to_do_harm_are_refused_in_words() {
    let cut_off = ods(&format!("<table:table table:name=\"A\"><table:table-row>{}", text("id")));
    // The end tags of the document are there, those of the table are not.
    let error = read_with(cut_off, &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("damaged"), "{error}");
    let filled = format!(
        "<table:table-row table:number-rows-repeated=\"1048576\">{}</table:table-row>",
        text("x").replace("<table:table-cell ", "<table:table-cell table:number-columns-repeated=\"16384\" ",)
    );
    let error =
        read_with(ods(&format!("<table:table table:name=\"A\">{filled}</table:table>")), &ReadOptions::default());
    assert!(error.unwrap_err().to_string().contains("one row 1,048,576 times"), "limit");
    let strings = zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/sharedStrings.xml", b"<sst uniqueCount=\"99999999999\"><si><t>a</t></si></sst>"),
    ]);
    let error = read_with(strings, &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("announces more strings"), "{error}");
    let zeros = vec![b' '; 64 << 20];
    let bomb = zipped(&[("[Content_Types].xml", b"<Types/>"), ("xl/worksheets/sheet1.xml", &zeros)]);
    let error = read_with(bomb, &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("times larger"), "{error}");
    let error = read_with(b"\xD0\xCF\x11\xE0rest".to_vec(), &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("damaged"), "{error}");
}

#[test]
fn no_byte_of_a_workbook_can_make_it_fail_otherwise_than_in_words() {
    let whole = customers();
    for at in (0..whole.len()).step_by(97) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        let _ = read_with(bytes, &ReadOptions::default());
        let _ = read_with(whole[..at].to_vec(), &ReadOptions::default());
    }
}
