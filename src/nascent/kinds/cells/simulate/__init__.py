"""Plates of simulated nuclei whose transcription rate is planted, in the formats of real wells."""
