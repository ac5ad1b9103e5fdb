"""The driver app's chain in Python: augmentation, crops, the runtime from lines to states, and its figures."""

import numpy as np
import pytest

from motekit import chains
from motekit.apps.driver_drowsiness import recipe, scoring, watching
from motekit.apps.driver_drowsiness.augment import Augmentation, vary
from motekit.datasets.eye_image import EyeImage
from motekit.datasets.synthetic import eyes
from motekit.dsp import eye_crop, image
from motekit.dsp.camera import missing, pack, pack_patches
from motekit.link import Event


@pytest.fixture(scope="module")
def chain():
    return chains.of("driver_drowsiness")


@pytest.fixture(scope="module")
def take(chain):
    return chain.takes(None)[1]


@pytest.fixture(scope="module")
def answer(chain, take):
    return chain.answer(take.frames)


def states(chain, answer):
    return [chain.describe(e)["label"] for e in answer.events if e.code == 1]


def test_the_model_fits_its_budget(chain):
    assert len(chain.model) <= 32_000
    assert chain.network.inputs[0].shape[1:3] == (32, 32)


def test_a_driver_who_falls_asleep_is_noticed(chain, take, answer):
    assert len(take.truth.microsleeps) >= 1
    said = [(chain.describe(e)["label"], e.at / 1000) for e in answer.events if e.code == 1]
    for start, _ in take.truth.microsleeps:
        assert any(label in ("eyes_closed", "microsleep") and start <= t <= start + 2 for label, t in said)


def test_most_frames_are_seen_right(take, answer):
    seen = np.array([np.frombuffer(f, np.int16)[0] for f in answer.features])
    assert len(seen) == len(take.truth.times_ms) == len(answer.scores)
    told = seen <= 1
    assert told.mean() > 0.9, "eyes found"
    # half-closed lids are neither open nor closed
    clear = told & ((take.truth.opening <= 0.2) | (take.truth.opening >= 0.5))
    assert (seen[clear] == take.truth.closed[clear]).mean() > 0.95


def test_no_pixel_is_among_the_features(answer):
    assert {len(f) for f in answer.features} == {2 * 9} and {len(s) for s in answer.scores} == {4}


@pytest.mark.parametrize("chunk", [1, 7, 500])
def test_any_split_of_the_lines_gives_the_same_bits(chain, take, chunk):
    lines = take.frames[: 120 * 12]
    driver = chain.driver()
    for at in range(0, len(lines), chunk):
        driver.push(lines[at : at + chunk])
    whole = chain.answer(lines)
    assert driver.log.features == whole.features and driver.log.scores == whole.scores
    assert [Event(e.at, e.code, e.value) for e in driver.log.events] == whole.events


@pytest.mark.parametrize("fault", ["black", "white", "saturated", "torn", "unplugged", "frozen", "flat"])
def test_bad_frames_give_a_named_state_and_never_alert(chain, take, fault):
    n, height = 8, 120
    frames = np.ascontiguousarray(take.frames[: n * height, 1:]).view(np.uint8).reshape(n, height, 160)
    times = np.arange(n) * 66
    spoilt = frames.copy()
    if fault in ("black", "white", "flat"):
        spoilt[3:] = {"black": 0, "white": 255, "flat": 128}[fault]
    elif fault == "saturated":
        spoilt[3:, :60] = 255
    elif fault == "frozen":
        spoilt[3:] = spoilt[2]
    lines = pack(spoilt, times)
    if fault == "torn":
        lines = lines[np.arange(len(lines)) % height != 50]
    elif fault == "unplugged":
        lines = np.concatenate([lines[: 3 * height], missing(5, height, 160)])
    said = states(chain, chain.answer(lines))
    assert said[-1] == f"camera_{fault}" and "alert" not in said


def test_patches_give_the_networks_own_scores(chain):
    patches = eyes.render(np.random.default_rng(1), np.linspace(0, 1, 20), 32).images
    tensors = eye_crop.inputs(patches, chain.levels)[..., None]
    expected = [row.tobytes() for row in chain.network.predict(tensors).reshape(-1, 2)]
    assert chain.answer(pack_patches(patches, 160)).scores == expected


def test_crops_undo_gain_and_gamma():
    rng = np.random.default_rng(2)
    picture = eyes.render(rng, np.array([0.9], np.float32), 64).images[0]
    curve = np.sort(rng.choice(256, 256, replace=False)).astype(np.uint8)
    assert (eye_crop.equalised(picture[None, :32, :32]) == eye_crop.equalised(curve[picture[None, :32, :32]])).all()


def test_a_crop_at_the_border_is_moved_inside():
    frame = np.arange(120 * 160, dtype=np.uint32).astype(np.uint8).reshape(120, 160)
    assert (eye_crop.around(frame, 2, 2, 30) == frame[:30, :30]).all()
    assert (eye_crop.around(frame, 159, 119, 30) == frame[-30:, -30:]).all()
    assert (eye_crop.around(frame, 80, 60, 30) == frame[45:75, 65:95]).all()
    assert eye_crop.around(frame, 80, 60, 500).shape == (120, 120)


def test_the_level_table_is_the_networks_scale():
    assert (eye_crop.table(1 / 64, 0) == np.arange(-128, 128)).all()
    assert eye_crop.table(1 / 32, 10)[[0, 128, 255]].tolist() == [-54, 10, 74]


def test_augmentation_keeps_what_the_eye_does():
    rng = np.random.default_rng(3)
    picture = image.resize_bilinear(eyes.render(rng, np.array([1.0], np.float32), 48).images[0], 72, 72)
    none = Augmentation((1.0, 1.0), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    varied = vary(rng, np.repeat(picture[None], 8, 0), np.ones(8), none).astype(float)
    plain = image.resize_area(picture, 32, 32).astype(float)
    for one in varied:
        alike = max(np.corrcoef(one.ravel(), p.ravel())[0, 1] for p in (plain, plain[:, ::-1]))
        # what is left is the exposure: few grey levels, ends cut
        assert alike > 0.9
    hard = vary(rng, np.repeat(picture[None], 64, 0), np.full(64, 0.5), Augmentation())
    assert hard.shape == (64, 32, 32) and hard.dtype == np.uint8 and len({h.tobytes() for h in hard}) == 64


def test_figures_count_what_they_say():
    def one(k):
        label = ("closed", "open")[k % 2]
        return EyeImage(
            pixels=np.full((40, 40), k, np.uint8), label=label, group=f"p{k // 4}", name=str(k), glasses=k < 4
        )

    of = recipe.examples([one(k) for k in range(8)])
    scores = np.eye(2, dtype=np.float32)[of.labels]
    scores[0] = scores[0, ::-1]
    found = scoring.figures(of, np.arange(8), scores)
    assert (found["accuracy"], found["worst_group"], found["windows"], found["groups"]) == (0.875, 0.75, 8, 2)
    assert (found["accuracy_glasses"], found["accuracy_no_glasses"]) == (0.75, 1.0)
    assert (found["recall_closed"], found["recall_open"]) == (0.75, 1.0)
    assert "accuracy_good_light" not in found


def test_the_general_face_is_reproduced(chain):
    # made by floating-point sums: a cell may round otherwise on another machine
    assert np.abs(watching.general_face().astype(int) - chain.face).max() <= 1


def test_rendered_eyes_are_told_apart(chain):
    found = scoring.evaluate(chain, None, board=None)
    assert found["agree"] and found["data"]["source"] == "synthetic"
    assert found["metrics"]["accuracy"] > 0.85
    assert abs(found["rows"]["float"]["accuracy"] - found["rows"]["tflm"]["accuracy"]) < 0.01
