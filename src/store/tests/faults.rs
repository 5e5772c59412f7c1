//! A file layer between SQLite and the disk that writes down what passes through it, and refuses to write when it is told to. It becomes
//! the layer of the whole process, so tests with it run in a process of their own: see [`in_a_process_of_its_own`].

use std::ffi::{CStr, c_char, c_int, c_void};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::ffi;

/// What happened to the files, by their names without folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Created {
        file: String,
    },
    Write {
        file: String,
        at: u64,
        bytes: Vec<u8>,
    },
    Truncate {
        file: String,
        length: u64,
    },
    Sync {
        file: String,
    },
    /// `synced`: the folder was brought to disk afterwards.
    Deleted {
        file: String,
        synced: bool,
    },
    /// The program was told that so many changes are on disk.
    Acknowledged(u64),
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// So many writes succeed; then there is no room.
    Full { after: usize },
    /// So many times the disk takes what was written; then it reports an error.
    Sync { after: usize },
}

struct State {
    recording: bool,
    events: Vec<Event>,
    fault: Option<Fault>,
}

static STATE: Mutex<State> = Mutex::new(State { recording: false, events: Vec::new(), fault: None });

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

pub fn record() {
    *state() = State { recording: true, events: Vec::new(), fault: None };
}

pub fn note(event: Event) {
    let mut state = state();
    if state.recording {
        state.events.push(event);
    }
}

/// Ends the recording.
pub fn recorded() -> Vec<Event> {
    let mut state = state();
    state.recording = false;
    std::mem::take(&mut state.events)
}

pub fn set_fault(fault: Option<Fault>) {
    state().fault = fault;
}

/// Whether the fault that was set has occurred.
pub fn fault_is_active() -> bool {
    matches!(state().fault, Some(Fault::Full { after: 0 } | Fault::Sync { after: 0 }))
}

/// Runs a test of this program again in a process that has the layer; true in that process, where the test goes on.
pub fn in_a_process_of_its_own(test: &str) -> bool {
    const INSIDE: &str = "BAILIWICK_TEST_FAULTS";
    if std::env::var_os(INSIDE).is_some() {
        install();
        return true;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", &format!("store::tests::{test}")])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let words = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success() && words.contains("1 passed"), "{words}");
    println!("{words}");
    false
}

/// The handle that SQLite gives us room for; that of the real layer follows behind it.
#[repr(C)]
struct Handle {
    base: ffi::sqlite3_file,
    name: *mut String,
}

unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    unsafe { file.cast::<u8>().add(size_of::<Handle>()).cast() }
}

unsafe fn name(file: *mut ffi::sqlite3_file) -> String {
    unsafe { (*(*file.cast::<Handle>()).name).clone() }
}

fn short(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

/// Calls a method of the real layer's handle.
macro_rules! pass {
    ($file:ident, $method:ident $(, $argument:expr)*) => {
        unsafe {
            let file = real($file);
            match (*(*file).pMethods).$method {
                Some(method) => method(file $(, $argument)*),
                None => ffi::SQLITE_OK,
            }
        }
    };
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let code = pass!(file, xClose);
    unsafe { drop(Box::from_raw((*file.cast::<Handle>()).name)) };
    code
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, count: c_int, at: i64) -> c_int {
    pass!(file, xRead, to, count, at)
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, count: c_int, at: i64) -> c_int {
    let bytes = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), count as usize) };
    if let Some(Fault::Full { after }) = &mut state().fault {
        if *after == 0 {
            return ffi::SQLITE_FULL;
        }
        *after -= 1;
    }
    let code = pass!(file, xWrite, from, count, at);
    if code == ffi::SQLITE_OK {
        note(Event::Write { file: unsafe { name(file) }, at: at as u64, bytes: bytes.to_vec() });
    }
    code
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    note(Event::Truncate { file: unsafe { name(file) }, length: length as u64 });
    pass!(file, xTruncate, length)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    if let Some(Fault::Sync { after }) = &mut state().fault {
        if *after == 0 {
            return ffi::SQLITE_IOERR_FSYNC;
        }
        *after -= 1;
    }
    note(Event::Sync { file: unsafe { name(file) } });
    pass!(file, xSync, flags)
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    pass!(file, xFileSize, size)
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    pass!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    pass!(file, xUnlock, level)
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, held: *mut c_int) -> c_int {
    pass!(file, xCheckReservedLock, held)
}

unsafe extern "C" fn file_control(file: *mut ffi::sqlite3_file, what: c_int, value: *mut c_void) -> c_int {
    pass!(file, xFileControl, what, value)
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    pass!(file, xSectorSize)
}

unsafe extern "C" fn device_characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    pass!(file, xDeviceCharacteristics)
}

/// The first version of the interface has no shared memory, which only the write-ahead log needs.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 1,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

unsafe fn real_layer(layer: *mut ffi::sqlite3_vfs) -> *mut ffi::sqlite3_vfs {
    unsafe { (*layer).pAppData.cast() }
}

unsafe extern "C" fn open(
    layer: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    found_flags: *mut c_int,
) -> c_int {
    unsafe {
        (*file).pMethods = std::ptr::null();
        // A file without a name is SQLite's own, and gone with the process.
        let name = if path.is_null() { String::new() } else { CStr::from_ptr(path).to_string_lossy().into_owned() };
        let is_new = !name.is_empty() && !std::path::Path::new(&name).exists();
        let layer = real_layer(layer);
        let Some(open) = (*layer).xOpen else { return ffi::SQLITE_ERROR };
        let code = open(layer, path, real(file), flags, found_flags);
        if code == ffi::SQLITE_OK {
            if is_new {
                note(Event::Created { file: short(&name) });
            }
            let handle =
                Handle { base: ffi::sqlite3_file { pMethods: &METHODS }, name: Box::into_raw(Box::new(short(&name))) };
            file.cast::<Handle>().write(handle);
        }
        code
    }
}

unsafe extern "C" fn delete(layer: *mut ffi::sqlite3_vfs, path: *const c_char, sync_folder: c_int) -> c_int {
    unsafe {
        let name = CStr::from_ptr(path).to_string_lossy().into_owned();
        let layer = real_layer(layer);
        let code = (*layer).xDelete.map_or(ffi::SQLITE_ERROR, |delete| delete(layer, path, sync_folder));
        if code == ffi::SQLITE_OK {
            note(Event::Deleted { file: short(&name), synced: sync_folder != 0 });
        }
        code
    }
}

/// Puts the layer over the one that SQLite uses.
fn install() {
    unsafe {
        let real = ffi::sqlite3_vfs_find(std::ptr::null());
        let mut layer: ffi::sqlite3_vfs = std::ptr::read(real);
        layer.szOsFile += size_of::<Handle>() as c_int;
        layer.zName = c"with faults".as_ptr();
        layer.pNext = std::ptr::null_mut();
        layer.pAppData = real.cast();
        layer.xOpen = Some(open);
        layer.xDelete = Some(delete);
        assert_eq!(ffi::sqlite3_vfs_register(Box::into_raw(Box::new(layer)), 1), ffi::SQLITE_OK);
    }
}
