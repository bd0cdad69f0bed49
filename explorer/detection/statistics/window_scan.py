"""The detector's window, all of them at once: which reverse steps separate hallucinated samples best?"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.detection.statistics.roc import placements
from explorer.detection.statistics.thresholds import checked_flags, count_needed
from explorer.detection.trajectory_variance import KnownWindows, PrefixSums, Variances

BLOCK = 4_000_000  # scores held at a time
LARGEST = 1e30  # that a prefix sum may be, so that its square needs no care
MANY = 1_000  # times as large as the other class, from which counting in a class is quicker than sorting it


@dataclass(frozen=True, eq=False)
class WindowScan:
    """How well the trajectory variance over each window of steps detects hallucinations.

    steps        (W,) the t of the steps, ascending
    auroc        (W, W) at [first, last]: of the window from steps[first] to steps[last], both included
    recall       (W, W) share of the hallucinated removed by the lowest threshold that keeps `retention`
    retention    share of the in-support that is kept at least

    Both are NaN unless first < last, and everywhere if no sample, or every sample, is hallucinated.
    """

    steps: np.ndarray
    auroc: np.ndarray
    recall: np.ndarray
    retention: float

    def at(self, first: int, last: int) -> tuple[float, float]:
        """AUROC and recall of the window t = first..last. Raises ValueError unless both are steps and first <
        last."""
        if not (first < last and {first, last} <= set(self.steps.tolist())):
            raise ValueError(
                f"There is no window t = {first}..{last} of two or more of the steps "
                f"{self.steps[0]} to {self.steps[-1]}."
            )
        index = tuple(np.searchsorted(self.steps, (first, last)))
        return float(self.auroc[index]), float(self.recall[index])

    def best(self) -> tuple[int, int] | None:
        """(first, last) of the window with the highest recall; of equals the one with the highest AUROC, then
        the shortest, then the one closest to t = 0. None if a class is empty."""
        first, last = np.nonzero(~np.isnan(self.recall))
        if not first.size:
            return None
        order = np.lexsort((first, last - first, -self.auroc[first, last], -self.recall[first, last]))
        return int(self.steps[first[order[0]]]), int(self.steps[last[order[0]]])


def scan_windows(
    windows: Variances,
    hallucinated: np.ndarray,
    retention: float = 0.96,
    rows: np.ndarray | None = None,
) -> Generator[float, None, WindowScan]:
    """`scan` of what a trial keeps, whether it is sums or a table; of these rows (m,) alone if they are
    given. Raises ValueError where only a few windows were kept."""
    if isinstance(windows, KnownWindows):
        raise ValueError(f"Only {len(windows.variances)} windows of these samples were kept; draw them anew.")
    if isinstance(windows, PrefixSums):
        return (yield from scan(windows.sums, windows.squares, hallucinated, retention, windows.steps, rows))
    order, good = _by_class(checked_flags(hallucinated), rows)
    count = len(windows.steps)
    auroc, recall = np.full((count, count), np.nan), np.full((count, count), np.nan)
    needed = count_needed(retention, good)
    for last in range(1, count if 0 < good < len(order) else 1):
        scores = windows.table[order, :last, last].T.copy()
        auroc[:last, last], recall[:last, last] = _separation(scores, good, needed)
        yield last / (count - 1)
    return WindowScan(np.array(windows.steps), auroc, recall, retention)


def scan(
    sums: np.ndarray,
    squares: np.ndarray,
    hallucinated: np.ndarray,
    retention: float = 0.96,
    steps: Sequence[int] | None = None,
    rows: np.ndarray | None = None,
) -> Generator[float, None, WindowScan]:
    """Every window of W >= 2 steps: a generator that yields the share done, in (0, 1], and returns the scan.

    sums, squares   (n, W + 1, D) float32 or float64, prefix sums along a sample's walk: at [:, k] the sum
                    over the k cleanest steps of x0_hat - pivot, and of its square. A pivot near the walk's
                    end, such as its last x0_hat, keeps float32 exact enough: the variance is a difference of
                    squares.
    hallucinated    (n,) bool
    steps           the W values of t, ascending; t = 0..W-1 if not given
    rows            (m,) the samples that are looked at; all if not given

    The score is the population variance of x0_hat over the window, averaged over the D coordinates. Memory
    beyond the input is about 50 MB for 20,000 samples and 60 steps. Run it in one go with
    `finish(scan(...))`. Raises ValueError for shapes that do not fit, for flags that are not bool, for a
    retention outside [0, 1], and for sums that are not finite or beyond 1e30, saying of how many samples.
    """
    flags, t = _checked(sums, squares, hallucinated, steps)
    order, good = _by_class(flags, rows)
    n, width, dimensions = order.size, t.size, sums.shape[2]
    auroc, recall = np.full((width, width), np.nan), np.full((width, width), np.nan)
    result = WindowScan(t, auroc, recall, retention)
    needed = count_needed(retention, good)
    if good in (0, n):
        yield 1.0
        return result

    square = squares.mean(2)[order].T.copy()  # (W + 1, n)
    done, total = 0, width * (width - 1) // 2 * (dimensions + 1)  # each window: its coordinates, its sort
    for lasts in _blocks(width, BLOCK // n):
        hal = np.zeros((sum(lasts), n), sums.dtype)  # one window a row, by last and then by first
        by_last = np.split(hal, np.cumsum(lasts)[:-1])
        for d in range(dimensions):
            prefix = sums[:, : lasts[-1] + 2, d][order].T.copy()
            for last, scores in zip(lasts, by_last, strict=True):
                difference = prefix[last + 1] - prefix[:last]
                scores += np.square(difference, out=difference)
            done += len(hal)
            yield done / total
        for last, scores in zip(lasts, by_last, strict=True):
            count = np.arange(last + 1, 1, -1, dtype=sums.dtype)[:, None]  # steps in the window
            scores /= -dimensions * count
            scores += square[last + 1] - square[:last]
            scores /= count
            np.maximum(scores, 0, out=scores)
            auroc[:last, last], recall[:last, last] = _separation(scores, good, needed)
            done += last
            yield done / total
    return result


def _blocks(width: int, windows: int) -> Iterator[list[int]]:
    """The last steps 1..width-1, in runs that together have up to that many windows, or are a single one."""
    run: list[int] = []
    for last in range(1, width):  # a last step ends as many windows
        if run and sum(run) + last > windows:
            yield run
            run = []
        run.append(last)
    yield run


def _by_class(flags: np.ndarray, rows: np.ndarray | None) -> tuple[np.ndarray, int]:
    """The rows, the in-support first so that either class is one slice; and how many of those there are."""
    chosen = np.arange(flags.size) if rows is None else rows
    order = chosen[np.argsort(flags[chosen], kind="stable")]
    return order, order.size - int(flags[order].sum())


def _separation(scores: np.ndarray, good: int, needed: int) -> tuple[np.ndarray, np.ndarray]:
    """AUROC and recall of each row of scores (windows, n), whose first `good` columns are the in-support, at
    the lowest threshold that keeps `needed` of them. Reorders the rows in place, each class for itself.

    Where one class is a thousand times the other it is not sorted: the threshold is found by partition, and
    every score of the small class is placed in the large one by counting.
    """
    kept, caught = scores[:, :good], scores[:, good:]
    bad = caught.shape[1]
    if good >= MANY * bad:
        kept.partition(max(needed - 1, 0), axis=1)
    else:
        kept.sort(axis=1)
    if bad < MANY * good:
        caught.sort(axis=1)
    lowest = caught.min(axis=1)
    threshold = kept[:, needed - 1] if needed else np.minimum(kept[:, 0], lowest)
    recall = (caught > threshold[:, None]).mean(1)
    auroc = np.empty(len(scores))
    for row, (in_support, wrong) in enumerate(zip(kept, caught, strict=True)):
        if good >= MANY * bad:
            split = np.searchsorted(wrong, threshold[row], "right")
            # What is not above the threshold may lie anywhere.
            twice = _twice_below(in_support, wrong[:split])
            twice += _twice_below(in_support[needed:], wrong[split:]) + 2 * needed * (bad - split)
            auroc[row] = twice / (2 * good * bad)
        elif bad >= MANY * good:
            auroc[row] = 1 - _twice_below(wrong, in_support) / (2 * good * bad)
        elif good < bad:  # search the smaller class in the larger
            auroc[row] = 1 - placements(in_support, wrong).mean()
        else:
            auroc[row] = placements(wrong, in_support).mean()
    return auroc, recall


def _twice_below(scores: np.ndarray, values: np.ndarray) -> int:
    """Twice the pairs of a score and a value in which the score is below, a tie counting half."""
    return sum(
        int(np.count_nonzero(scores < value)) + int(np.count_nonzero(scores <= value)) for value in values
    )


def _checked(
    sums: np.ndarray, squares: np.ndarray, hallucinated: np.ndarray, steps: Sequence[int] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Flags (n,) bool and steps (W,) int64."""
    flags = checked_flags(hallucinated)
    if sums.shape != squares.shape or sums.ndim != 3 or len(sums) != flags.size or 0 in sums.shape:
        raise ValueError(
            f"Prefix sums of the shapes {sums.shape} and {squares.shape} do not fit {flags.size:,} flags; "
            "give (n, W + 1, D) twice."
        )
    if sums.shape[1] < 3:
        raise ValueError("A window needs two steps: give prefix sums of three or more columns.")
    if {sums.dtype, squares.dtype} not in ({np.dtype(np.float32)}, {np.dtype(np.float64)}):
        raise ValueError(f"Prefix sums are float32 or float64, not {sums.dtype} and {squares.dtype}.")
    if not all(p.min() > -LARGEST and p.max() < LARGEST for p in (sums, squares)):
        fine = (np.abs(sums) < LARGEST).all((1, 2)) & (np.abs(squares) < LARGEST).all((1, 2))
        raise ValueError(f"The walks of {(~fine).sum():,} of {fine.size:,} samples left the finite numbers.")
    t = np.arange(sums.shape[1] - 1) if steps is None else np.asarray(steps, dtype=np.int64)
    if t.shape != (sums.shape[1] - 1,) or not (np.diff(t) > 0).all():
        raise ValueError(f"Give {sums.shape[1] - 1} steps, ascending, one for each column but the first.")
    return flags, t
