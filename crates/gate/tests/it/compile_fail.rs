//! What does not compile: the promise of the walk, case by case.

#[test]
fn nothing_passes_a_door_without_its_record() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
