"""Which captions can be trusted: a probability for each, learnt where nothing is reported."""
