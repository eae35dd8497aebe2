"""The core: what a scene, a stage, a resource and a plan are, and how their results are keyed and kept."""
