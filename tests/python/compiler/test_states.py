"""Float variables of quantized models: kept as int8 where nobody needs the floats."""

from cases import all_cases

from motekit.compiler import translate


def test_states_that_are_only_moved_and_quantized_are_int8() -> None:
    cases = [case for case in all_cases() if case.name.startswith("states_")]
    models = [translate(case.model, name="m") for case in cases]
    floats = [any("f32" in step.kernel.function for step in model.plan.steps) for model in models]
    # those whose floats are an output, or are quantized to two scales, keep them
    assert 8 <= floats.count(False) < len(cases)
    for case, model, has_floats in zip(cases, models, floats, strict=True):
        before = translate(case.model, name="m", optimise=False)
        if has_floats:
            assert model.plan.state_bytes == before.plan.state_bytes
        else:
            assert model.plan.state_bytes <= -(-before.plan.state_bytes // 4 // 16) * 16 + 16
            assert model.arena_bytes < before.arena_bytes
