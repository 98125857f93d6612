"""From sources to tensors: reading rows, splitting, fitting and applying transforms, batching."""
