"""stand-in"""
import keras
class Sampling(keras.layers.Layer):
    def __init__(self, seed=None, **k): super().__init__(**k)
    def call(self, mean, log_variance): return mean+log_variance
class RandomDraw(keras.layers.Layer):
    def __init__(self, function, arguments, **k): super().__init__(**k)
    def call(self, x): return x
OWN_LAYERS={"Sampling":Sampling}
