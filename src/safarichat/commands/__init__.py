"""What each command does; `cli.py` names them."""
