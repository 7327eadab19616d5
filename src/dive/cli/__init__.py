"""The command line: `dive VERB ...`. The only package that prints, reads argv and the environment.

Takes words; gives text, JSON and an exit code: 0 done, 1 ours, 2 the user's input, 130 interrupted. An error is one
line; `--debug` shows where it came from. Knows what to say, not how anything is done.
"""

import traceback
from typing import Any

import click

from dive import __version__
from dive.cli import doctor, init, look, proving, street, tools
from dive.cli.printing import fail
from dive.errors import DiveError, UserError

INTERRUPTED = 130


class Edge(click.Group):
    """Where every exception ends: one line and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whatever it raises becomes a line on stderr."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            fail("interrupted")
            code = INTERRUPTED
        except DiveError as error:
            _tell(ctx, error, str(error))
            code = 2 if isinstance(error, UserError) else 1
        except ModuleNotFoundError as error:
            _tell(ctx, error, f"{error.name} is not installed; `dive doctor --no-probe` says how to get it")
            code = 1
        except Exception as error:  # noqa: BLE001  (the edge: nothing is hidden, --debug shows it)
            where = "" if ctx.params.get("debug") else "; please report it with what `dive --debug ...` prints"
            _tell(ctx, error, f"DIVE failed: {type(error).__name__}: {error}{where}")
            code = 1
        return ctx.exit(code)


def _tell(ctx: click.Context, error: BaseException, line: str) -> None:
    if ctx.params.get("debug"):
        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    fail(line)


@click.group(cls=Edge, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(__version__, prog_name="dive")
def main(debug: bool) -> None:
    """Makes verifiable tasks for tool-using models: each with a proof that re-runs offline, without a model.

    \b
    A first data set, and a look at it:
      dive run runs/first.toml            draw, synthesize, verify; run it again to resume
      dive show out/first --random 5      five tasks as a person reads them
      dive prove out/first                re-check every proof
      dive tools list                     the tools that tasks are made from

    \b
    A run of your own:
      dive init                           writes a run file that explains itself
      dive doctor                         what is installed, what is missing, how fast this machine will be
    """


for command in (init.init, *street.COMMANDS, *look.COMMANDS, proving.prove, tools.tools, doctor.doctor):
    main.add_command(command)
