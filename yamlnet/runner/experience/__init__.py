"""What an agent meets in an environment, as batches: acting, remembering, and measuring whole episodes."""
