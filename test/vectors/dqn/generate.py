"""Makes cart-pole.json: episodes of Gymnasium's CartPole-v1, state by state in f64.

Run: python generate.py (needs gymnasium).
"""

import json
import pathlib

import gymnasium
import numpy as np

RANDOM = np.random.default_rng(20261126)


def episode(policy):
    """Start, actions, the states after them and how the episode ended."""
    environment = gymnasium.make("CartPole-v1")
    environment.reset(seed=int(RANDOM.integers(2**31)))
    cart = environment.unwrapped
    start, actions, states, rewards = cart.state.tolist(), [], [], []
    while True:
        action = policy(cart.state)
        observed, reward, terminated, truncated, _ = environment.step(action)
        actions.append(action)
        states.append(cart.state.tolist())
        rewards.append(reward)
        if terminated or truncated:
            # Every tenth state is enough to see where two programs part.
            kept = {k: states[k] for k in range(len(states)) if k % 10 == 0 or k + 1 == len(states)}
            return {
                "start": start,
                "actions": "".join(map(str, actions)),
                "states": kept,
                "observed": observed.astype(float).tolist(),
                "total": float(sum(rewards)),
                "ending": "terminated" if terminated else "truncated",
            }


def lean(state):
    """Follows the pole and the cart: lasts 500 steps."""
    x, x_dot, theta, theta_dot = state
    return int(theta + 0.3 * theta_dot + 0.02 * x + 0.05 * x_dot > 0)


EPISODES = [episode(lambda _: int(RANDOM.integers(2))) for _ in range(6)]
EPISODES += [episode(lambda _: 1), episode(lambda _: 0), episode(lean), episode(lean)]
assert {one["ending"] for one in EPISODES} == {"terminated", "truncated"}

document = {"source": f"gymnasium {gymnasium.__version__}, numpy {np.__version__}, generate.py beside this file", "episodes": EPISODES}
pathlib.Path(__file__).with_name("cart-pole.json").write_text(json.dumps(document) + "\n")
