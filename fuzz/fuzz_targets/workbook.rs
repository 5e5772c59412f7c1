//! Workbooks: the first byte says whether the rest is a whole file, or one part of an XLSX, XLSB or ODS file that is sound otherwise.
#![no_main]

use std::sync::Once;

use bailiwick::domain::progress::Progress;
use bailiwick::io::options::ReadOptions;
use bailiwick::io::table;
use bailiwick_fuzz::{archive, part};
use libfuzzer_sys::fuzz_target;

const TYPES: &[u8] = br#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
const ROOT: &[u8] = br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &[u8] = br#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const LINKS: &[u8] = br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
const SHEET: &[u8] = br#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2" s="1"><v>7</v></c><c r="B2"><v>45000.5</v></c></row></sheetData></worksheet>"#;
const STRINGS: &[u8] = br#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="2" uniqueCount="2"><si><t>ID</t></si><si><t>Since</t></si></sst>"#;
const STYLES: &[u8] = br#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="00000"/></numFmts><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>"#;

fn xlsx(replaced: usize, by: &[u8]) -> Vec<u8> {
    let mut files = [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", LINKS),
        ("xl/worksheets/sheet1.xml", SHEET),
        ("xl/sharedStrings.xml", STRINGS),
        ("xl/styles.xml", STYLES),
    ];
    files[replaced].1 = by;
    archive(files)
}

fuzz_target!(|bytes: &[u8]| {
    // The library may panic, and the program takes that for an answer. What nobody catches ends the fuzzer all the same.
    static QUIET: Once = Once::new();
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    let Some((&kind, rest)) = bytes.split_first() else { return };
    let (name, file) = match kind % 8 {
        0 => ("t.xlsx", rest.to_vec()),
        1 => ("t.ods", archive([("mimetype", &b"application/vnd.oasis.opendocument.spreadsheet"[..]), ("content.xml", rest)])),
        2 => {
            let mut rest = rest;
            let (book, sheet) = (part(&mut rest), part(&mut rest));
            let links = String::from_utf8_lossy(LINKS).replace("sheet1.xml", "sheet1.bin").into_bytes();
            let files = [
                ("[Content_Types].xml", TYPES),
                ("xl/workbook.bin", book),
                ("xl/_rels/workbook.bin.rels", &links),
                ("xl/worksheets/sheet1.bin", sheet),
                ("xl/sharedStrings.bin", rest),
            ];
            ("t.xlsb", archive(files))
        }
        kind => ("t.xlsx", xlsx(usize::from(kind) - 1, rest)),
    };
    let progress = Progress::new();
    let _ = table::from_bytes(name, file, &ReadOptions::default(), &progress);
});
