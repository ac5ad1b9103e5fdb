"""A Keras network as a list of calls, from its public configuration: to be walked and built anew."""

import graphlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Call:
    """One layer (or keras.ops function) and what it is called on.

    Attributes
    ----------
    name : str
    kind : str
        Its class: "Conv2D", "Add", ...
    layer : keras.layers.Layer or keras.Operation
    inputs : tuple of str
        Names of the calls whose outputs it takes.
    """

    name: str
    kind: str
    layer: Any
    inputs: tuple[str, ...]
    _arguments: tuple[Any, dict[str, Any]]

    def apply(self, layer: Callable, values: dict[str, Any]) -> Any:
        """Call `layer`, in place of this one, on other tensors: the values of its inputs by name."""
        args, kwargs = self._arguments
        # what Keras fills in by itself (masks) is left to it
        given = {key: _filled(value, values) for key, value in kwargs.items() if value is not None}
        return layer(*[_filled(value, values) for value in args], **given)


@dataclass(frozen=True)
class Network:
    """The calls of a functional or sequential model, in running order; inputs are calls of kind "InputLayer"."""

    calls: list[Call]
    inputs: list[str]
    outputs: list[str]

    @classmethod
    def read(cls, model: "keras.Model", *, shared: bool = False) -> "Network":
        """Take a model apart.

        Parameters
        ----------
        model : keras.Model
        shared : bool
            Allow layers that are used several times; their later calls are named "layer@1", "layer@2", ...

        Raises
        ------
        ConfigError
            If the model is subclassed, nests models, or uses one layer several times and is not allowed to.
        """
        import keras

        if isinstance(model, keras.Sequential):
            model = keras.Model(model.inputs, model.outputs)
        config = model.get_config()
        if "layers" not in config:
            raise ConfigError(f"{model.name} is not a functional model. Build it with keras.Model(inputs, outputs).")
        calls = []
        for entry in config["layers"]:
            name, nodes = entry["name"], entry["inbound_nodes"]
            layer = next((op for op in model.operations if op.name == name), None)
            if isinstance(layer, keras.Model):
                raise ConfigError(f"{name} is a model inside the model. Call its layers one by one.")
            if len(nodes) > 1 and not shared:
                raise ConfigError(f"{name} is used {len(nodes)} times. Give each use a layer of its own.")
            for number, node in enumerate(nodes or [{"args": [], "kwargs": {}}]):
                arguments = (node["args"], node["kwargs"])
                inputs = tuple(_tensors(arguments))
                calls.append(Call(_call_name(name, number), entry["class_name"], layer, inputs, arguments))
        ends = [config[key] for key in ("input_layers", "output_layers")]
        # Keras writes a single one without the list around it
        ends = [entries if isinstance(entries[0], (list, tuple)) else [entries] for entries in ends]
        return cls(_ordered(calls), *([_call_name(*entry[:2]) for entry in entries] for entries in ends))

    def consumers(self) -> dict[str, list[Call]]:
        """The calls that take each call's output."""
        readers: dict[str, list[Call]] = {call.name: [] for call in self.calls}
        for call in self.calls:
            for name in dict.fromkeys(call.inputs):
                readers[name].append(call)
        return readers

    def build(self, replace: Callable[[Call, dict[str, Any]], Any]) -> "keras.Model":
        """A model of what `replace` makes of each call, given the new tensors by name.

        For a call of kind "InputLayer", `values` holds the new input under its own name.
        """
        import keras

        shapes = {call.name: call.layer.batch_shape for call in self.calls if call.kind == "InputLayer"}
        values = {name: keras.Input(batch_shape=shape, name=name) for name, shape in shapes.items()}
        inputs = [values[name] for name in self.inputs]
        for call in self.calls:
            values[call.name] = replace(call, values)
        outputs = [values[name] for name in self.outputs]
        return keras.Model(_single(inputs), _single(outputs))


def copy(layer: Any) -> Any:
    """A layer of the same configuration and name, without weights yet."""
    return type(layer).from_config(layer.get_config())


def _call_name(layer: str, number: int) -> str:
    return layer if number == 0 else f"{layer}@{number}"


def _ordered(calls: list[Call]) -> list[Call]:
    """Calls in running order: Keras lists layers by their first use."""
    waiting = graphlib.TopologicalSorter({call.name: call.inputs for call in calls})
    by_name = {call.name: call for call in calls}
    return [by_name[name] for name in waiting.static_order()]


def _single(items: list) -> Any:
    return items[0] if len(items) == 1 else items


def _is_tensor(value: Any) -> bool:
    return isinstance(value, dict) and value.get("class_name") == "__keras_tensor__"


def _tensors(value: Any) -> Iterator[str]:
    if _is_tensor(value):
        yield _call_name(*value["config"]["keras_history"][:2])
    elif isinstance(value, dict):
        for item in value.values():
            yield from _tensors(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item)


def _filled(value: Any, tensors: dict[str, Any]) -> Any:
    if _is_tensor(value):
        return tensors[_call_name(*value["config"]["keras_history"][:2])]
    if isinstance(value, (list, tuple)):
        return [_filled(item, tensors) for item in value]
    return value
