"""The contract suite: black-box tests that every generated service passes, whatever its stack."""
