"""A gateway whose writes carry no fence, to show that the tests would notice."""

from gateway.cli.main import main
from tests.acceptance.kill.sabotage import sabotage

if __name__ == "__main__":
    sabotage("fence")
    main()
