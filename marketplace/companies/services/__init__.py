"""What the room writes, one module per subject; a function is one transaction or says why not."""
