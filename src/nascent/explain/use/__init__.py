"""How much skill is lost when a channel's information is taken away."""
