"""Learn: what does a model learn from these points?"""

import streamlit as st

from explorer.ui import (
    controls,
    figures,
    frame,
    state,
    takeaway,
    texts,
    training,
    words,
)
from explorer.ui.data_editor import change_data
from explorer.ui.learning import charts, film, frequency, spoken_rate
from explorer.ui.player import player
from explorer.ui.thumbnails import preset_pictures

FIGURE_HEIGHT = 400
KEYS = ("none", "a few", "dozens", "hundreds or more")

state.turn_to(pictures=False)
result, origin, identity = frame.result()
k = state.view("k")
measured = result.final.measurement.beyond if result is not None else None

frame.header(
    "What does a model learn from these points?",
    "It is trained on the modes alone. What it draws between them, it made up.",
    preset_box=False,
)
frame.predict(
    "learn",
    "Of 10,000 samples, how many fall where no data are?",
    KEYS,
    frequency(measured[k]) if measured is not None else None,
    "It never becomes none: the network is smooth, the true score jumps." if measured is not None else "",
)

left, main = frame.sides()
with left:
    chosen = preset_pictures(state.experiment().mixture, key="presets")
    if chosen is not None:
        state.choose_preset(chosen)
        st.rerun()
    controls.train_buttons()
    change_data()
    controls.recipe()

with main:
    poll = training.poll_seconds()

    @st.fragment(run_every=poll, key="learning")
    def learning() -> None:
        """The picture of the run: live while it trains, else the stored result."""
        held, experiment = training.ticket(), state.experiment()
        live = held.update if held is not None and held.active else None
        run = live or result
        snapshots, losses = (run.snapshots, run.losses) if run is not None else ((), controls.NO_LOSSES)
        newest = max(len(snapshots) - 1, 0)
        big, small = st.columns([3.1, 1], gap="small")
        with big:
            start = newest
            if live is None:
                wanted = state.view("snapshot")
                start = wanted if 0 <= wanted <= newest else newest
                start = state.kept_start("learned", identity, start)
            story = film(experiment, snapshots, k)
            shown = player(
                story, key="learned", height=FIGURE_HEIGHT, start=start, on_frame=live is None
            ).frame
            figures.shows(story, shown)
            if live is None:
                state.set_view("snapshot", -1 if shown == newest else shown)
        with small:
            charts(losses, snapshots, k, FIGURE_HEIGHT // 2 - 8, live=live is not None)
        if experiment.mixture is None:
            frame.sentence("The {model} is trained on your points. What lies between them, nobody knows.")
        else:
            frame.sentence(
                "Between the modes the {truth} is zero. The {model} builds {hallucinated:bridges:}."
            )
        if held is not None and (held.active or held.error):
            st.caption(held.error or training.progress_line(held))
        elif result is not None:
            final = result.final
            told = spoken_rate(final.measurement, k)
            st.caption(f"{told} · {final.step:,} steps in {final.seconds:.1f} s · {origin}")
        else:
            st.caption(f"{origin}: press Train")
        state.write_link()
        if poll is not None and (held is None or not held.active):
            st.rerun()

    learning()

about, away = st.columns(2)
with about, st.expander("What am I looking at?"):
    words.explained(texts.LEARN, "learn")
with away, st.expander("Take away"):
    takeaway.result(result)
