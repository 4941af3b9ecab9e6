"""Stable-Baselines3's DQN on CartPole-v1 with the settings that its zoo publishes for it (rl-baselines3-zoo, hyperparams/dqn.yml), until it
is solved. Prints as JSON after how many steps and how many seconds of processor time an evaluation first had a mean of 500, the most there
is, and what 100 new episodes of that network gave. Evaluations are not on the clock.

    python bench/subjects/peers/dqn_solved.py SEED
"""

import json
import sys
import time

import gymnasium
import stable_baselines3
import torch
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.evaluation import evaluate_policy

EVALUATE_EVERY, EPISODES = 1000, 20


class UntilSolved(BaseCallback):
    """Ends the training when an evaluation reaches 500."""

    def __init__(self):
        super().__init__()
        self.paused = 0.0
        self.solved = False

    def _on_step(self):
        if self.num_timesteps % EVALUATE_EVERY != 0:
            return True
        before = time.process_time()
        self.solved = mean_return(self.model, EPISODES) >= 500
        self.paused += time.process_time() - before
        return not self.solved


def mean_return(model, episodes):
    env = gymnasium.wrappers.RecordEpisodeStatistics(gymnasium.make("CartPole-v1"))
    return float(evaluate_policy(model, env, n_eval_episodes=episodes, warn=False)[0])


seed = int(sys.argv[1])
torch.set_num_threads(1)
model = stable_baselines3.DQN(
    "MlpPolicy",
    gymnasium.make("CartPole-v1"),
    learning_rate=2.3e-3,
    batch_size=64,
    buffer_size=100_000,
    learning_starts=1000,
    gamma=0.99,
    target_update_interval=10,
    train_freq=256,
    gradient_steps=128,
    exploration_fraction=0.16,
    exploration_final_eps=0.04,
    policy_kwargs={"net_arch": [256, 256]},
    seed=seed,
    device="cpu",
)
until = UntilSolved()
start = time.process_time()
model.learn(50_000, callback=until)
seconds = time.process_time() - start - until.paused
print(
    json.dumps(
        {
            "seed": seed,
            "solved": until.solved,
            "steps": model.num_timesteps,
            "seconds": seconds,
            "stepsPerSecond": model.num_timesteps / seconds,
            "meanOf100": mean_return(model, 100),
            "stableBaselines3": stable_baselines3.__version__,
        }
    )
)
