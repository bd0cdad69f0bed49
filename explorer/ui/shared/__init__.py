"""Controls, downloads and texts that several pages use."""
