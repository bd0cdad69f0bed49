"""What each page's main figure shows of a run: from results to films and charts, without a screen."""
