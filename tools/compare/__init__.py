"""`make compare`: our pipeline and Rasa's stock pipeline, trained and asked in the same way, on data that others published."""
