"""Handwritten digits of MNIST, and a judge of what is one."""
