"""Serve the replicas to look at them in a browser: ``python -m xxgk.demo.serve [ID...] [--port N]``."""

import argparse
import sys
import time

from xxgk.demo.replicas import ReplicaError, Replicas


def main() -> int:
    """Serve until Ctrl-C; the exit status is 2 where it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m xxgk.demo.serve", description="Serve the replicas of sites.")
    parser.add_argument("id", nargs="*", help="only these replicas")
    parser.add_argument("--port", type=int, default=0, help="the port; any that is free where it is left out")
    arguments = parser.parse_args()
    try:
        with Replicas(arguments.id, arguments.port) as replicas:
            for site in replicas.sites:
                print(f"{site.id:18}{site.family:18}{len(site.reports):4} reports  {site.start[0]}")
            print("Ctrl-C stops", flush=True)
            while True:
                time.sleep(3600)
    except ReplicaError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
