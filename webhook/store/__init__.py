"""The queue's database: callback requests, worker keys, text messages seen, half-finished questions, audit."""
