#![no_main]

use mask::{Crossing, Framing, MaskSet, Stream};

// Any bytes end; every finding lies in what is stored; a stream gives the same however it is cut.
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let masks = MaskSet::builder().build();
    let at = Crossing::to_agent("shop");
    let masked = masks.apply(data, &at);
    for finding in &masked.findings {
        assert!(masked.stored.get(finding.stored_span.clone()).is_some());
    }
    let relayed = |cut: usize| {
        let mut stream = Stream::new(masks.clone(), Framing::Events, &at);
        let (head, tail) = data.split_at(cut.min(data.len()));
        let mut relays = stream.push(head);
        relays.extend(stream.push(tail));
        relays.extend(stream.finish());
        relays
    };
    assert_eq!(relayed(0), relayed(data.len() / 2));
});
