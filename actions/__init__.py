"""The action server: looks services up and names replies; it holds no words and opens no queue."""
