"""Films drawn outside the browser: one layout, two kinds of paper (SVG and pixels)."""
