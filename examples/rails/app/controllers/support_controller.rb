class SupportController < ApplicationController
  def show
    redirect_to new_session_path unless current_user
  end

  def portal
    redirect_to_portal current_user
  end
end
