"""The tests, fastest first: units, words, layers, then whole conversations on real parts."""
