"""Do Integrated Gradients add up to what they explain?"""
