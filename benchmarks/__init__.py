"""Speed and memory as ratios: ours against what one would do without it."""
