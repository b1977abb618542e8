//! Any bytes, through the whole path from file to description; nothing may panic.
#![no_main]

use std::io::Write;

use libfuzzer_sys::fuzz_target;
use outlay_connect::{ReadOptions, describe, load};
use outlay_core::registry::Registry;

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("a writable temporary file");
    if let Ok(mapped) = load(file.path(), None, ReadOptions::default()) {
        let registry = Registry::default();
        let _ = mapped.panel(&registry);
        let _ = describe(&mapped, &registry, |x| x.to_string());
    }
});
