#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mcp::fuzzing::header_value(data));
