"""What the explorers of lesson 08 must say."""
import numpy as np

from recomputed import TRAINED, deep, standardized_digits_to_learn

from . import short


def gradients(values):
    images, labels = (part[:64] for part in standardized_digits_to_learn())
    plain, normed = (deep(values, batch_norm, images, labels)[1] for batch_norm in (False, True))
    depth = int(values["depth layers"])
    ends = [f"{edge(norms[0])} in layer 1, {edge(norms[-1])} in layer {depth}" for norms in (plain, normed)]
    return (f"layer 1 of {depth}: without batch norm {norm(plain[0])}, with it {norm(normed[0])}, "
            f"{norm(normed[0] / plain[0])} times as much",
            f"Norm of the gradient on a log axis. Without batch norm, circles: {ends[0]}. With batch norm, squares: "
            f"{ends[1]}.")


def norm(value):
    return short(value) if value < 1e4 else f"{value}~3d"


def edge(value):
    """A norm as it stands on the picture's axis, which ends at 1e-12 and 1e6."""
    if not 1e-12 < value < 1e6:
        return "1e-12~1d or less" if value < 1 else "1e6 or more"
    return short(value)


def live(values):
    images, labels = standardized_digits_to_learn()
    first = np.random.default_rng(0).choice(len(images), 64, replace=False)
    plain, normed = (deep(values, batch_norm, images[first], labels[first])[0] for batch_norm in (False, True))
    return ("press Train: 1,000 steps",
            f"Loss without batch norm {plain}±{max(0.005, 0.06 * plain)} in step 1, with batch norm {normed} in step "
            f"1, of 1000 steps; learning rate {values['learning rate']}~3. Outputs of layer {values['depth layers']} "
            "for five digits, three images each, as distances from the unit's mean: without batch norm ..., with "
            "batch norm ...")


def scales(values):
    stored = np.load(TRAINED)
    activation = list(stored["activations"]).index(values["activation"])
    return recorded(stored["by_scale"][activation], stored["scales"], "weight scale", values)


def rates(values):
    stored = np.load(TRAINED)
    return recorded(stored["by_rate"], stored["rates"], "learning rate", values)


def recorded(accuracies, rows, name, values):
    """What is said of recorded accuracies: rows, depths, without and with batch norm, three starts."""
    i, depth = list(rows).index(values[name]), int(values["depth layers"])
    learned = (np.nan_to_num(accuracies.mean(axis=-1)) > 0.5).sum(axis=(0, 1))
    marked = 100 * accuracies[i, [5, 10, 20, 30, 40].index(depth)]
    three = [", ".join(map(percent, starts)) for starts in marked]
    average = ["below 20" if starts.mean() < 20 else percent(starts.mean()) for starts in marked]
    return ("right, in percent, for three random starts: "
            f"without batch norm {three[0]}; with batch norm {three[1]}",
            f"Percent of the held-out digits right for {5 * len(rows)} networks, a row for each {name}, a column for "
            f"each depth. More than half are right in {learned[0]} squares without batch norm, in {learned[1]} with "
            f"it. Marked: {name} {values[name]}~3, {depth} layers: {average[0]} without, {average[1]} with.")


def percent(value):
    return "nan" if np.isnan(value) else f"{value}~0"
