"""Mutation testing: a right file with one mistake in it must be refused, and told that mistake.

`original.py` reads a right file; `keys.py`, `values.py`, `references.py`, `entries.py` and `characters.py`
make one mistake in its text; `oracle.py` says, without yamlnet's checks, whether that must be refused;
`trial.py` tries it and judges the answer; `sample.py` names each mutant (`vision/resnet.yaml rename-key 17`).
"""
