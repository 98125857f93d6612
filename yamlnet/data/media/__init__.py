"""Images and sounds: finding their files, decoding them on all cores, keeping what came out."""
