from dataclasses import replace

import numpy as np
import pytest

from motekit.errors import ConfigError
from motekit.train.loop import Schedule, fit, seed_everything


def network(outputs=(2, 3)):
    import keras

    x = keras.Input((4,))
    hidden = keras.layers.ReLU()(keras.layers.Dense(8)(x))
    return keras.Model(x, [keras.layers.Dense(n)(hidden) for n in outputs])


def epoch(number, n=256):
    rng = np.random.default_rng(number)
    x = rng.normal(size=(n, 4)).astype(np.float32)
    sign = (x[:, 0] + x[:, 1] > 0).astype(int)
    third = np.clip(np.floor(x[:, 2] + 1.5), 0, 2).astype(int)
    return x, [np.eye(2, dtype=np.float32)[sign], np.eye(3, dtype=np.float32)[third]]


def trained(seed=3, epochs=15):
    seed_everything(seed)
    model, told = network(), []
    fit(model, epoch, Schedule(epochs=epochs, batch=32, rate=0.02), progress=lambda *news: told.append(news))
    return model, told


def test_it_learns_both_outputs():
    model, told = trained()
    x, (sign, third) = epoch(99)
    first, second = (np.asarray(out) for out in model(x))
    assert (first.argmax(1) == sign.argmax(1)).mean() > 0.95
    assert (second.argmax(1) == third.argmax(1)).mean() > 0.8
    assert [news[:2] for news in told] == [(k + 1, 15) for k in range(15)]
    assert told[-1][2] < told[0][2]


def test_one_seed_gives_one_network():
    first, again, other = (trained(seed, epochs=2)[0] for seed in (3, 3, 4))
    for a, b in zip(first.get_weights(), again.get_weights(), strict=True):
        assert (a == b).all()
    assert any((a != b).any() for a, b in zip(first.get_weights(), other.get_weights(), strict=True))


def test_restarts_are_further_cycles_at_their_own_rates():
    schedule = Schedule(epochs=7, rate=0.02, restarts=(0.01, 0.005))
    assert [(c.epochs, c.rate, c.restarts) for c in schedule.cycles] == [(7, 0.02, ()), (7, 0.01, ()), (7, 0.005, ())]
    assert schedule.total == 21 and Schedule(epochs=7).total == 7 and len(Schedule(epochs=7).cycles) == 1


def test_a_model_learns_what_its_teachers_say_as_far_as_they_are_heard():
    import keras

    seed_everything(3)
    # says that the first class is the likelier one the smaller the fourth input is: nothing of the labels
    x = keras.Input((4,))
    teacher = keras.Model(x, keras.layers.Softmax()(keras.layers.Dense(2, use_bias=False)(x)))
    teacher.set_weights([np.array([[0, 0], [0, 0], [0, 0], [-4, 4]], np.float32)])
    schedule = Schedule(epochs=15, batch=32, rate=0.02, smoothing=0.0, loss_weights=(1.0,))
    inputs, (labels, _) = epoch(99)
    for teaching, same_as_label, same_as_teacher in ((0.9, 0.7, 0.95), (0.1, 0.95, 0.7)):
        model = network((2,))
        made = lambda k: (epoch(k)[0], epoch(k)[1][:1])  # noqa: E731
        fit(model, made, replace(schedule, teaching=teaching), teachers=[teacher, teacher])
        said = np.asarray(model(inputs)).argmax(1)
        agrees = [(said == truth).mean() for truth in (labels.argmax(1), (inputs[:, 3] > 0).astype(int))]
        assert (agrees[0] > same_as_label) == (teaching < 0.5) and (agrees[1] > same_as_teacher) == (teaching > 0.5)


def test_each_epoch_is_made_once_and_in_order():
    asked = []
    fit(network(), lambda k: asked.append(k) or epoch(k), Schedule(epochs=4, batch=64))
    assert asked == [0, 1, 2, 3]


def test_an_error_while_making_an_epoch_ends_the_training():
    def broken(number):
        if number == 1:
            raise ConfigError("no more data. Add some.")
        return epoch(number)

    with pytest.raises(ConfigError, match="no more data"):
        fit(network(), broken, Schedule(epochs=4, batch=64))


def test_a_loss_that_is_no_number_is_told():
    def broken(number):
        inputs, targets = epoch(number)
        # in the targets: what ReLU makes of an input that is no number depends on the machine
        return inputs, [target * np.float32("nan") for target in targets]

    with pytest.raises(ConfigError, match="diverged"):
        fit(network(), broken, Schedule(epochs=1, batch=64))


def test_too_few_examples_and_impossible_schedules_are_refused():
    with pytest.raises(ConfigError, match="fewer than a batch of 64"):
        fit(network(), lambda k: epoch(k, n=10), Schedule(epochs=1, batch=64))
    with pytest.raises(ConfigError, match="1 or more"):
        Schedule(epochs=0)
