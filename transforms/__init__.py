"""Practice budget statements: the stages of the monthly pipeline, one module each."""
