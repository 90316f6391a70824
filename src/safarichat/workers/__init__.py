"""What happens without anybody waiting: understanding hooks, sending messages, scheduled work."""
