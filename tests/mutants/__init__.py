"""Mutation testing: a right file with one mistake in it must be refused, and told that mistake where it is.

`original.py` reads a right file; `keys.py`, `values.py`, `references.py`, `entries.py`, `characters.py` and
`shapes.py` make one mistake in its text; `oracle.py` says, without yamlnet's checks, whether that must be
refused; `trial.py` tries it and judges the answer; `sample.py` names each mutant
(`vision/resnet.yaml rename-key 17`).

A mistake is told where it is if a problem, or at least a note of one that people are shown, stands on the
line of the change or of its direct use. A direct use of a

- name that was misspelt, or lost with what gave it, is a line that has that name as a word: it reads it;
- value is the line of its key and, where the value has a name (a parameter, a loop's variable, a block's
  argument, what an entry gives), a line that has this name;
- width, window or axis of a layer is a line of the layer's entry, of an entry that reads it (the next one, or
  one by its name), or a use of the block that it stands in;
- entry is an entry that read it: by its name, or as the one before;
- line of a text over several lines is the line where that text begins; of a character that was alone on its
  line, it is the end of what is written above.

What is reached through more than one of these steps is no direct use.
"""
