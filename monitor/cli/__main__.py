"""`python -m monitor.cli`."""

from nianbao.monitor.cli import main

main()
