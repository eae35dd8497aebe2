"""What each stage of a plan costs and carries: others in its place, one and several at a time, and all combinations."""
