"""Tests of the template: static, rendered, generated, contract and update."""
