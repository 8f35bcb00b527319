use blog::Blog;
