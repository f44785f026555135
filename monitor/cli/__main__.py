"""`python -m nianbao.monitor.cli`."""

from nianbao.monitor.cli import main

main()
