"""Commands: what people can ask of the service itself, answered without a model."""
