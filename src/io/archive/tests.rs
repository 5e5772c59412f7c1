use std::io::Write as _;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn opened(bytes: &[u8]) -> (Result<Archive<'_>, UserError>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let archive = Archive::from_bytes("a.zip", bytes, Limits::LAYERS, &mut diagnostics);
    (archive, diagnostics)
}

/// Replaces a text in the archive by one of the same length, wherever it stands.
fn patched(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let found: Vec<usize> = (0..bytes.len() - from.len()).filter(|&at| bytes[at..].starts_with(from)).collect();
    assert!(!found.is_empty());
    for at in found {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

/// Writes a number into every header of the central directory (at `central`) and before every file (at `local`).
fn with_header(mut bytes: Vec<u8>, central: usize, local: usize, value: &[u8]) -> Vec<u8> {
    for at in 0..bytes.len() - 46 {
        let field = match &bytes[at..at + 4] {
            b"PK\x01\x02" => at + central,
            b"PK\x03\x04" => at + local,
            _ => continue,
        };
        bytes[field..field + value.len()].copy_from_slice(value);
    }
    bytes
}

#[test]
fn files_come_out_as_they_went_in() {
    let bytes =
        packed(&[("a/counties.shp", b"shapes"), ("a/counties.dbf", b"rows"), ("__MACOSX/a/._counties.shp", b"x")]);
    let (archive, diagnostics) = opened(&bytes);
    let mut archive = archive.unwrap();
    assert!(diagnostics.is_empty());
    let names: Vec<&str> = archive.entries().iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["a/counties.shp", "a/counties.dbf"]);
    let entry = archive.find("A/COUNTIES.DBF").unwrap().clone();
    assert_eq!((entry.file_name(), entry.stem(), entry.ending().as_str()), ("counties.dbf", "a/counties", "dbf"));
    assert_eq!(archive.read(&entry, &Progress::new()).unwrap(), b"rows");
}

#[test]
fn an_archive_on_disk_is_opened_with_whatever_stands_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("big.zip");
    // A file of many megabytes without compression must not use up what may be read to find the list.
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    writer.start_file("big.shp", stored).unwrap();
    writer.write_all(&vec![7; 40 << 20]).unwrap();
    std::fs::write(&path, writer.finish().unwrap().into_inner()).unwrap();
    let mut archive = Archive::open(&path, Limits::LAYERS, &mut Vec::new()).unwrap();
    let entry = archive.entries()[0].clone();
    assert_eq!(archive.read(&entry, &Progress::new()).unwrap().len(), 40 << 20);
}

#[test]
fn a_bomb_is_stopped_while_it_grows() {
    let zeros = vec![0; 40 << 20];
    let bytes = packed(&[("bomb.shp", &zeros)]);
    assert!(bytes.len() < 100_000);
    let mut archive = opened(&bytes).0.unwrap();
    let entry = archive.entries()[0].clone();
    let error = archive.read(&entry, &Progress::new()).unwrap_err();
    assert!(error.why.contains("250 times"), "{error}");
    // The same with a header that says it is small: sizes that are promised do not count.
    let lying = with_header(bytes.clone(), 24, 22, &10_u32.to_le_bytes());
    let mut archive = opened(&lying).0.unwrap();
    let entry = archive.entries()[0].clone();
    let error = archive.read(&entry, &Progress::new()).unwrap_err();
    assert!(error.why.contains("250 times") || error.why.contains("damaged"), "{error}");
}

#[test]
fn sizes_are_limited_per_file_and_in_all() {
    let limits = Limits { entries: 10, entry_bytes: 1000, total_bytes: 1500, ratio: 250 };
    let bytes = packed(&[("a.txt", &[b'a'; 900]), ("b.txt", &[b'b'; 900]), ("c.txt", &[b'c'; 1100])]);
    let mut archive = Archive::from_bytes("a.zip", &bytes, limits, &mut Vec::new()).unwrap();
    let entries = archive.entries().to_vec();
    assert!(archive.read(&entries[2], &Progress::new()).unwrap_err().why.contains("larger than"));
    let mut archive = Archive::from_bytes("a.zip", &bytes, limits, &mut Vec::new()).unwrap();
    assert_eq!(archive.read(&entries[0], &Progress::new()).unwrap().len(), 900);
    assert!(archive.read(&entries[1], &Progress::new()).is_err());
    let fewer = Limits { entries: 2, ..limits };
    let error = Archive::from_bytes("a.zip", &bytes, fewer, &mut Vec::new()).unwrap_err();
    assert!(error.why.contains("more than 2 files"), "{error}");
}

#[test]
fn names_that_lead_out_of_the_archive_are_left_out_and_said() {
    let bytes = packed(&[
        ("../../etc/passwd.shp", b"x"),
        ("/etc/passwd", b"x"),
        ("C:/windows/a.shp", b"x"),
        ("folder\\inside.shp", b"good"),
        ("..\\up.shp", b"x"),
        ("nested.zip", b"x"),
    ]);
    let (archive, diagnostics) = opened(&bytes);
    let names: Vec<String> = archive.unwrap().entries().iter().map(|entry| entry.name.clone()).collect();
    assert_eq!(names, ["folder/inside.shp"]);
    let words: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(words.iter().filter(|words| words.contains("leads out of the archive")).count(), 2, "{words:#?}");
    assert_eq!(words.iter().filter(|words| words.contains("a place on a disk")).count(), 2, "{words:#?}");
    assert_eq!(words.iter().filter(|words| words.contains("an archive inside")).count(), 1, "{words:#?}");
}

#[test]
fn links_and_encrypted_files_are_not_opened() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("link.shp", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    writer.start_file("good.shp", SimpleFileOptions::default()).unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let (archive, diagnostics) = opened(&bytes);
    assert_eq!(archive.unwrap().entries().len(), 1);
    assert!(diagnostics[0].message.contains("symbolic link"), "{diagnostics:?}");
    // The bit that says "encrypted" in both headers.
    let bytes = with_header(packed(&[("secret.shp", b"text")]), 8, 6, &[1, 0]);
    let (archive, diagnostics) = opened(&bytes);
    assert!(archive.unwrap().entries().is_empty());
    assert!(diagnostics[0].message.contains("encrypted"));
    assert!(check_workbook("book.xlsx", &bytes, &Progress::new()).unwrap_err().why.contains("encrypted"));
}

#[test]
fn two_files_of_one_name_are_refused_and_of_one_spelling_the_first_is_taken() {
    let bytes = patched(packed(&[("one.shp", b"1"), ("two.shp", b"2")]), b"two.shp", b"one.shp");
    assert!(opened(&bytes).0.unwrap_err().why.contains("the same name"));
    let bytes = packed(&[("one.shp", b"1"), ("ONE.shp", b"2")]);
    let (archive, diagnostics) = opened(&bytes);
    assert_eq!(archive.unwrap().entries().len(), 1);
    assert!(diagnostics[0].message.contains("capitals alone"));
}

#[test]
fn what_is_no_archive_or_half_of_one_is_said() {
    let whole = packed(&[("one.shp", &[5; 5000])]);
    for bytes in [&b""[..], b"PK\x03\x04", b"hello", &whole[..whole.len() / 2], &whole[..whole.len() - 5]] {
        let error = opened(bytes).0.map(|_| ()).unwrap_err();
        assert!(!error.why.is_empty() && !error.hint.is_empty(), "{error}");
    }
    // Damaged inside: the sum at the end does not agree.
    let stored = {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        writer.start_file("one.shp", options).unwrap();
        writer.write_all(b"contents of the file").unwrap();
        writer.finish().unwrap().into_inner()
    };
    let damaged = patched(stored, b"contents", b"CONTENTS");
    let mut archive = opened(&damaged).0.unwrap();
    let entry = archive.entries()[0].clone();
    assert!(archive.read(&entry, &Progress::new()).unwrap_err().why.contains("damaged"));
}

#[test]
fn a_workbook_is_unpacked_on_trial() {
    let good = packed(&[("xl/workbook.xml", b"<workbook/>"), ("[Content_Types].xml", b"<Types/>")]);
    check_workbook("book.xlsx", &good, &Progress::new()).unwrap();
    let zeros = vec![b' '; 40 << 20];
    let bomb = packed(&[("xl/worksheets/sheet1.xml", &zeros)]);
    let error = check_workbook("book.xlsx", &bomb, &Progress::new()).unwrap_err();
    assert!(error.why.contains("400 times"), "{error}");
    assert!(check_workbook("book.xlsx", b"a,b,c", &Progress::new()).unwrap_err().why.contains("not a workbook"));
    let progress = Progress::new();
    progress.cancel();
    assert_eq!(check_workbook("book.xlsx", &good, &progress).unwrap_err().what, "Cancelled");
}

#[test]
fn a_list_of_entries_without_end_is_not_read_to_its_end() {
    // Four bytes of name and 46 of header each: 400,000 entries, promised and there.
    let mut bytes = Vec::new();
    let count = 400_000_u32;
    let header = |index: u32| {
        let mut header = vec![0; 46];
        header[..4].copy_from_slice(b"PK\x01\x02");
        header[28..30].copy_from_slice(&4_u16.to_le_bytes());
        header.extend(index.to_le_bytes());
        header
    };
    for index in 0..count {
        bytes.extend(header(index));
    }
    let directory = bytes.len() as u64;
    // The long form of the end, which can hold such numbers.
    let mut end = b"PK\x06\x06".to_vec();
    end.extend(44_u64.to_le_bytes());
    end.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    end.extend(u64::from(count).to_le_bytes());
    end.extend(u64::from(count).to_le_bytes());
    end.extend(directory.to_le_bytes());
    end.extend(0_u64.to_le_bytes());
    end.extend(b"PK\x06\x07");
    end.extend(0_u32.to_le_bytes());
    end.extend(directory.to_le_bytes());
    end.extend(1_u32.to_le_bytes());
    end.extend(b"PK\x05\x06");
    end.extend([0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0]);
    bytes.extend(end);
    let error = opened(&bytes).0.map(|_| ()).unwrap_err();
    assert!(error.why.contains("more than 10,000 files"), "{error}");
}
