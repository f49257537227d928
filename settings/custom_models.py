"""Gives each model what is known of it: from the catalogue, or from the files its settings name."""

from dataclasses import replace
from pathlib import Path

from catalog.models import MODELS, Model
from settings.model_files import ModelFileError, read_model
from settings.models import ModelSettings
from settings.stack import Settings

_GIB = 2**30


def with_cards(settings: Settings, folder: Path, problems: list[str]) -> Settings:
    """Return the settings with the card of each model; what is wrong with their files is added to `problems`.

    `folder` holds Pulumi.yaml: paths are relative to it.
    """
    models: list[ModelSettings] = []
    for index, model in enumerate(settings.models):
        try:
            models.append(model.with_card(_card(model, folder)))
        except ModelFileError as error:
            problems.append(f"models[{index}].{error}")
            models.append(model)
    return settings.model_copy(update={"models": tuple(models)})


def _card(model: ModelSettings, folder: Path) -> Model | None:
    """What is known of a model, or None."""
    known = MODELS.get(model.source)
    if model.config_file is None:
        if model.index_file is not None:
            raise ModelFileError(
                "indexFile: needs configFile beside it. Set configFile to the model's config.json."
            )
        if known is not None and model.weights_gib is not None:
            return replace(known, weight_bytes=round(model.weights_gib * _GIB))
        return known
    weights = model.weights_gib
    if weights is None and model.index_file is not None:
        weights = folder / model.index_file
    if weights is None and known is None:
        fix = "Set it to the size of the safetensors files, or set indexFile."
        raise ModelFileError(f"weightsGib: is missing beside configFile. {fix}")
    size = weights if weights is not None else MODELS[model.source].weight_bytes / _GIB
    try:
        return read_model(model.source, folder / model.config_file, size)
    except ModelFileError as error:
        file = (
            "indexFile"
            if model.index_file and str(error).startswith(str(folder / model.index_file))
            else "configFile"
        )
        raise ModelFileError(f"{file}: {error}") from None
