"""Stable-Baselines3's DQN on CartPole-v1 with the settings of the trainer beside it: two hidden layers of 64, one update of 64
transitions per step. Prints as JSON how many steps it does per second of processor time once the updates have begun.

    python bench/subjects/peers/dqn.py STEPS SEED
"""

import json
import sys
import time

import gymnasium
import stable_baselines3
import torch

steps, seed = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(1)
settings = {"learning_rate": 1e-3, "buffer_size": 50_000, "batch_size": 64, "gamma": 0.99, "train_freq": 1, "gradient_steps": 1}
model = stable_baselines3.DQN(
    "MlpPolicy",
    gymnasium.make("CartPole-v1"),
    learning_starts=1000,
    target_update_interval=500,
    exploration_fraction=min(1.0, 5000 / steps),
    exploration_final_eps=0.02,
    policy_kwargs={"net_arch": [64, 64]},
    seed=seed,
    device="cpu",
    **settings,
)
model.learn(1000)
start = time.process_time()
model.learn(steps, reset_num_timesteps=False)
rate = steps / (time.process_time() - start)
print(json.dumps({"stepsPerSecond": rate, "stableBaselines3": stable_baselines3.__version__, "torch": torch.__version__}))
