"""A model's prediction as a function of one input: its values, its gradients, and its layers.

Models are called in inference mode, so that batch normalisation and dropout are fixed and the
examples of a batch do not touch each other: the gradient of the summed outputs is then each one's
own. Only the explained input, the *image* below whatever its places, is differentiated; its mask
and the other inputs stay as they are.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from nascent.attribute.gradients import array, backend, float_type
from nascent.attribute.graph import behind, upto
from nascent.attribute.read_outs import FIRST, ReadOut
from nascent.errors import AttributionError, did_you_mean
from nascent.frameworks import keras
from nascent.kind import with_article
from nascent.words import spoken

Others = Mapping[str, np.ndarray]
"""What a model is given besides an explained input and its mask: name → (n, …)."""

NOTHING: Others = MappingProxyType({})


class ExplainedModel:
    """A read-out of a Keras model, with its gradients, as functions of NumPy arrays.

    Parameters
    ----------
    model
        Takes its inputs by name and returns (n, …).
    read_out
        The number an example that is explained; what else is in the outputs has no part in the
        gradient.
    name
        Of the explained input, (n, places …, C).
    mask
        Name under which the model takes the mask (n, places …) of what was measured of that input,
        if it takes one. Where the model takes another mask, of the object, that is one of the
        others.
    enters
        Layer behind which the input is differentiable, see `nascent.examples.InputSpec`. What is
        explained is then its output, (n, places …, F): see `entered`.

    Attributes
    ----------
    context_names : tuple of str
        Of the inputs besides the explained one: its mask first, where the model takes it.
    takes_mask : bool
        Whether the model takes the mask of the explained input.
    entrance : keras tensor
        What is explained: the input, or the output of the layer by which it enters.

    Raises
    ------
    AttributionError
        Where Keras runs on a backend that has no gradients here, the model has no such input or
        layer, or the read-out of its outputs is no number an example.
    """

    def __init__(
        self,
        model: keras.Model,
        read_out: ReadOut = FIRST,
        *,
        name: str = "image",
        mask: str | None = "mask",
        enters: str | None = None,
    ) -> None:
        self.model, self.read_out, self.name, self.enters = model, read_out, name, enters
        if name not in model.input:
            raise AttributionError(
                f"the model {model.name} has no input {name!r}",
                where="attribute",
                mend=did_you_mean(name, model.input),
            )
        taken = (mask,) if mask in model.input else ()
        further = [each for each in model.input if each not in (name, *taken)]
        self.takes_mask = bool(taken)
        self.context_names = (*taken, *further)
        _refuse_other_outputs(model, read_out)
        engine = backend()
        self.entrance, rest = model.input[name], None
        if enters is not None:
            self.entrance, self._enter = _entrance(model, name, enters)
            rest = _behind(model, self.entrance, self.context_names, enters)

        def outputs(points: Any, *context: Any) -> Any:
            if rest is None:
                return read_out.of(model(self.named(points, context), training=False))
            return read_out.of(rest([points, *context], training=False))

        def gradients(points: Any, *context: Any) -> tuple[Any, Any]:
            return engine.differentiate(lambda given: outputs(given, *context), points, None)

        self._outputs = engine.compiled(outputs, [model])
        self._gradients = engine.compiled(gradients, [model])

    def named(self, images: Any, context: Sequence[Any]) -> dict[str, Any]:
        """Return the inputs of the model by name, of images and context."""
        return {self.name: images} | dict(zip(self.context_names, context, strict=True))

    def entered(self, images: np.ndarray) -> np.ndarray:
        """Return what is explained of images (n, places …, C) as the model takes them.

        They themselves, or what the layer by which they enter gives, (n, places …, F) float32.
        """
        if self.enters is None:
            return images
        return array(self._enter(_float(images), training=False))

    def context(self, masks: np.ndarray, others: Others = NOTHING) -> tuple[np.ndarray, ...]:
        """Return what the model is given besides images (n, …), which have these masks.

        Raises
        ------
        AttributionError
            Where the model has further inputs, and they are not in `others`.
        """
        own = (np.ascontiguousarray(masks, bool),) if self.takes_mask else ()
        further = self.context_names[len(own) :]
        if missing := [name for name in further if name not in others]:
            raise AttributionError(
                f"the model {self.model.name} also takes {', '.join(missing)}",
                where="attribute",
                mend="Give all inputs of the examples that are explained.",
            )
        return own + tuple(np.ascontiguousarray(others[name]) for name in further)

    def outputs(
        self, images: np.ndarray, masks: np.ndarray, others: Others = NOTHING
    ) -> np.ndarray:
        """Return the predictions (n,) float32 of images (n, places …, C), masks and others."""
        return array(self._outputs(_float(images), *self.context(masks, others)))

    def gradients(
        self, images: np.ndarray, masks: np.ndarray, others: Others = NOTHING
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the predictions (n,) and their gradients (n, places …, C), both float32."""
        outputs, gradients = self._gradients(_float(images), *self.context(masks, others))
        return array(outputs), array(gradients)

    def at_layer(self, name: str) -> "LayerOutputs":
        """Return what a layer gives, and the prediction as a function of it.

        Raises
        ------
        AttributionError
            Where the model has no such layer (the nearest is named), or the prediction depends on
            the image by ways around it.
        """
        return LayerOutputs(self, name)


class LayerOutputs:
    """A model cut behind one layer.

    Attributes
    ----------
    name : str
        Of the layer.
    """

    def __init__(self, explained: ExplainedModel, name: str) -> None:
        self.name = name
        model = explained.model
        layers = {layer.name: layer for layer in model.layers}
        if name not in layers:
            raise AttributionError(
                f"the model {model.name} has no layer {name!r}",
                where="attribute.methods.*.layer",
                mend=did_you_mean(name, layers),
            )
        output = layers[name].output
        if explained.enters is None:
            body = keras.Model(model.input, output)
        else:
            body = upto(model, explained.entrance, output, explained.context_names)
        rest = _behind(model, output, explained.context_names, name)
        engine, self._explained = backend(), explained

        def features(images: Any, *context: Any) -> Any:
            named = explained.named(images, context)
            given = named if explained.enters is None else [images, *context]
            return body(given, training=False)

        def gradients(features: Any, *context: Any) -> tuple[Any, Any]:
            return engine.differentiate(
                lambda points: explained.read_out.of(rest([points, *context], training=False)),
                features,
                None,
            )

        self._features = engine.compiled(features, [body])
        self._gradients = engine.compiled(gradients, [rest])

    def features(
        self, images: np.ndarray, masks: np.ndarray, others: Others = NOTHING
    ) -> np.ndarray:
        """Return what the layer gives (n, places …, F) float32 for images, masks and others."""
        return array(self._features(_float(images), *self._explained.context(masks, others)))

    def gradients(
        self, features: np.ndarray, masks: np.ndarray, others: Others = NOTHING
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the predictions (n,) and their gradients by the features (n, places …, F)."""
        context = self._explained.context(masks, others)
        outputs, gradients = self._gradients(_float(features), *context)
        return array(outputs), array(gradients)


def _entrance(model: keras.Model, name: str, layer: str) -> tuple[Any, keras.Model]:
    """Return the output of the layer by which an input enters, and the model up to there."""
    where = f"input {name!r}, which enters by {layer!r}"
    named = {each.name: each for each in model.layers}
    if layer not in named:
        raise AttributionError(
            f"the model {model.name} has no layer {layer!r}",
            where=where,
            mend=did_you_mean(layer, named),
        )
    output, given = named[layer].output, model.input[name]
    if tuple(output.shape[1:-1]) != tuple(given.shape[1:-1]):
        raise AttributionError(
            f"the layer gives {tuple(output.shape[1:])}, and the input has the places"
            f" {tuple(given.shape[1:-1])}",
            where=where,
            mend="Let an input enter by a layer that keeps its places.",
        )
    try:
        return output, keras.Model(given, output)
    except ValueError as error:
        raise AttributionError(
            "the layer depends on another input, or not on this one", where=where
        ) from error


def _behind(model: keras.Model, output: Any, others: Sequence[str], name: str) -> keras.Model:
    try:
        return behind(model, output, others)
    except ValueError as error:
        raise AttributionError(
            f"the prediction of {model.name} does not depend on the image through the layer"
            f" {name!r} alone",
            where="attribute.methods.*.layer",
            mend="Choose a layer that everything passes through.",
        ) from error


def _refuse_other_outputs(model: keras.Model, read_out: ReadOut) -> None:
    """Raise AttributionError unless the read-out is a number an example; two are tried."""
    shape = tuple(model.output.shape[1:])
    outputs = np.zeros((2, *(size or 1 for size in shape)), np.float32)
    try:
        fits = tuple(read_out.of(outputs).shape) == (2,)
    except (IndexError, TypeError, ValueError):
        fits = False
    if not fits:
        what = repr(read_out.name) if read_out.name else "the first output"
        raise AttributionError(
            f"the model's outputs are {shape}, of which {what} is not one number"
            f" {with_article(spoken().example)}",
            where="attribute",
            mend="Explain a read-out of the task that it was trained for.",
        )


def _float(images: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(images, float_type())
